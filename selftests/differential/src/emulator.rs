// SPDX-License-Identifier: GPL-2.0-only

//! A machine that runs a batch of programs: one boot of QEMU.

use crate::{
    program::Program,
    record::{read, Addresses, Record},
};
use std::{
    fs::{self, File},
    io::{Read, Seek, SeekFrom},
    path::PathBuf,
    process::{Command, Stdio},
    thread::sleep,
    time::{Duration, Instant},
};

/// runner.c has these, too.
const INPUT: u64 = 0x0400_0000;
const OUTPUT: u64 = 0x0800_0000;

/// What pseries assumes by default and TCG cannot give.
const CAPABILITIES: &str =
    "cap-cfpc=broken,cap-sbbc=broken,cap-ibs=broken,cap-ccf-assist=off,cap-large-decr=off";

pub(crate) struct Emulator {
    pub(crate) qemu: PathBuf,
    pub(crate) firmware: PathBuf,
    pub(crate) runner: PathBuf,
    /// A folder for this emulator alone.
    pub(crate) scratch: PathBuf,
}

impl Emulator {
    /// Runs the programs. The machine's memory is a file, which is how they get there and back.
    pub(crate) fn run(
        &self,
        programs: &[Program],
    ) -> Result<(Addresses, Vec<Vec<Record>>), String> {
        let error = |what: &str, error: std::io::Error| format!("{what}: {error}");
        let input = self.scratch.join("input");
        let memory = self.scratch.join("memory");
        let console = self.scratch.join("console");

        let mut bytes = (programs.len() as u64).to_be_bytes().to_vec();
        for program in programs {
            program.encode(&mut bytes);
        }
        assert!((bytes.len() as u64) < OUTPUT - INPUT);
        fs::create_dir_all(&self.scratch).map_err(|e| error("scratch folder", e))?;
        fs::write(&input, bytes).map_err(|e| error("input", e))?;
        let _ = fs::remove_file(&memory);
        let output = File::create(&console).map_err(|e| error("console", e))?;
        let errors = output.try_clone().map_err(|e| error("console", e))?;

        let mut child = Command::new(&self.qemu)
            .arg("-L")
            .arg(&self.firmware)
            .arg("-machine")
            .arg(format!(
                "pseries,x-vof=on,cap-htm=on,{CAPABILITIES},memory-backend=ram"
            ))
            .arg("-object")
            .arg(format!(
                "memory-backend-file,id=ram,size=512M,share=on,mem-path={}",
                memory.display()
            ))
            .args([
                "-m",
                "512M",
                "-cpu",
                "power8",
                "-accel",
                "tcg,thread=single",
            ])
            // Time is the number of instructions: each run is like the other, and an
            // interrupt can come between any two of them.
            .args(["-icount", "shift=0,sleep=off"])
            .args([
                "-nodefaults",
                "-display",
                "none",
                "-no-reboot",
                "-serial",
                "stdio",
            ])
            .arg("-kernel")
            .arg(&self.runner)
            .arg("-device")
            .arg(format!(
                "loader,force-raw=on,addr={INPUT:#x},file={}",
                input.display()
            ))
            .stdin(Stdio::null())
            .stdout(output)
            .stderr(errors)
            .spawn()
            .map_err(|e| error("QEMU", e))?;
        let limit = Duration::from_secs(20) + Duration::from_millis(20) * programs.len() as u32;
        let started = Instant::now();
        let status = loop {
            match child.try_wait().map_err(|e| error("QEMU", e))? {
                Some(status) => break Some(status),
                None if started.elapsed() > limit => {
                    let _ = child.kill();
                    let _ = child.wait();
                    break None;
                }
                None => sleep(Duration::from_millis(5)),
            }
        };
        let said = || fs::read_to_string(&console).unwrap_or_default();
        match status {
            None => return Err(format!("no end after {limit:?}: {}", said())),
            Some(status) if !status.success() => return Err(format!("QEMU: {status}: {}", said())),
            Some(_) => (),
        }

        let mut file = File::open(&memory).map_err(|e| error("memory", e))?;
        let mut length = [0; 8];
        let mut bytes = Vec::new();
        file.seek(SeekFrom::Start(OUTPUT))
            .and_then(|_| file.read_exact(&mut length))
            .and_then(|()| {
                file.take(u64::from_be_bytes(length))
                    .read_to_end(&mut bytes)
            })
            .map_err(|e| error("memory", e))?;
        if bytes.is_empty() {
            return Err(format!("the runner did not come to its end: {}", said()));
        }
        let (addresses, records) = read(&bytes);
        match records.len() == programs.len() {
            true => Ok((addresses, records)),
            false => Err(format!(
                "{} programs of {}: {}",
                records.len(),
                programs.len(),
                said()
            )),
        }
    }
}
