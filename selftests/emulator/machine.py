# SPDX-License-Identifier: GPL-2.0-only
"""The emulated machine with one of this folder's programs, and its monitors."""

import json
import os
import re
import socket
import subprocess
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
BUILD = ROOT / "build"
PROGRAMS = Path(os.environ.get("OUT", BUILD / "selftests/emulator"))

#: What pseries assumes by default and TCG cannot give.
PSERIES = ("pseries,x-vof=on,cap-htm=on,cap-cfpc=broken,cap-sbbc=broken,cap-ibs=broken,"
           "cap-ccf-assist=off,cap-large-decr=off")
MACHINES = {
    "pseries-power8": (["-M", PSERIES, "-cpu", "power8", "-nodefaults"], "-kernel", "pseries.elf"),
    "pseries-power9": (["-M", PSERIES, "-cpu", "power9", "-nodefaults"], "-kernel", "pseries.elf"),
    "powernv8": (["-M", "powernv8,htm=on", "-cpu", "power8", "-net", "none", "-monitor", "none",
                  "-device", "edu,bus=pcie.0,dma_mask=0xffffffffffffffff"],
                 "-bios", "powernv.bin"),
}


#: Where powernv.c looks for them.
ARGUMENTS = 0x2001000


class Failed(Exception):
    """What was not as it has to be."""


def passed(text):
    """Whether all tests ran and none failed."""
    plan = re.search(r"^1\.\.(\d+)$", text, re.MULTILINE)
    totals = re.search(r"^# Totals: pass:(\d+) fail:(\d+) skip:(\d+)$", text, re.MULTILINE)
    if not plan or not totals:
        return False
    good, bad, skipped = map(int, totals.groups())
    return good > 0 and not bad and good + skipped == int(plan[1])


class Machine:
    """A running QEMU. The console goes to a file."""

    def __init__(self, name, *, qemu=None, smp=1, arguments="", more=()):
        self._folder = tempfile.TemporaryDirectory(prefix="emulator-")
        self.folder = Path(self._folder.name)
        self._console = self.folder / "console"
        self._console.touch()
        machine, option, program = MACHINES[name]
        command = [qemu or BUILD / "qemu/qemu-system-ppc64", "-L", BUILD / "firmware", *machine,
                   "-accel", "tcg,thread=single", "-smp", str(smp), "-m", "1G",
                   "-display", "none", "-serial", f"file:{self._console}",
                   "-D", self.folder / "qemu.log",
                   "-qmp", f"unix:{self.folder}/qmp,server=on,wait=off",
                   "-gdb", f"unix:{self.folder}/gdb,server=on,wait=off",
                   option, PROGRAMS / program, *more]
        if option == "-kernel":
            command += ["-append", arguments]
        elif arguments:
            file = self.folder / "arguments"
            file.write_text(arguments)
            command += ["-device", f"loader,file={file},addr={ARGUMENTS:#x},force-raw=on"]
        with (self.folder / "stderr").open("wb") as errors:
            try:
                self._process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=errors,
                                                 stderr=errors)
            except FileNotFoundError as error:
                raise Failed(f"{error.filename}: not found") from error

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self._process.kill()
        self._process.wait()
        self._folder.cleanup()

    def console(self):
        return self._console.read_text(errors="replace").replace("\r", "")

    def wait_for(self, pattern, timeout):
        """The match of a regular expression in the console's output, once it is there."""
        deadline = time.monotonic() + timeout
        while True:
            ended = self._process.poll() is not None
            if match := re.search(pattern, self.console(), re.MULTILINE):
                return match
            if ended or time.monotonic() > deadline:
                why = "the machine ended" if ended else f"nothing in {timeout} seconds"
                errors = (self.folder / "stderr").read_text(errors="replace")
                raise Failed(f"waiting for {pattern!r}: {why}\n{self.console()}\n{errors}")
            time.sleep(0.05)

    def qmp(self):
        return Qmp(self.folder / "qmp")

    def gdb(self):
        return Gdb(self.folder / "gdb")


def _connect(path):
    deadline = time.monotonic() + 30
    while True:
        connection = socket.socket(socket.AF_UNIX)
        connection.settimeout(60)
        try:
            connection.connect(str(path))
            return connection
        except OSError:
            connection.close()
            if time.monotonic() > deadline:
                raise
            time.sleep(0.05)


class Qmp:
    """QEMU's machine protocol."""

    def __init__(self, path):
        self._stream = _connect(path).makefile("rw")
        self._stream.readline()
        self("qmp_capabilities")

    def __call__(self, command, **arguments):
        json.dump({"execute": command, "arguments": arguments}, self._stream)
        self._stream.flush()
        while line := self._stream.readline():
            answer = json.loads(line)
            if "error" in answer:
                raise Failed(f"{command}: {answer['error']['desc']}")
            if "return" in answer:
                return answer["return"]
        raise Failed(f"{command}: the machine ended")

    def wait_for_status(self, wanted, timeout=300):
        deadline = time.monotonic() + timeout
        while (status := self("query-status")["status"]) != wanted:
            if time.monotonic() > deadline:
                raise Failed(f"the machine is {status}, not {wanted}")
            time.sleep(0.05)

    def migrate(self, uri, timeout=300):
        """Sends the machine, which is stopped then."""
        self("migrate", uri=uri)
        deadline = time.monotonic() + timeout
        while (status := self("query-migrate").get("status")) != "completed":
            if status == "failed" or time.monotonic() > deadline:
                raise Failed(f"migration: {status}")
            time.sleep(0.05)
        # It has been sent, but may not be told to go on before this.
        self.wait_for_status("postmigrate")


class Gdb:
    """As much of gdb's remote protocol as there is need for. It stops the machine."""

    def __init__(self, path):
        self._connection = _connect(path)
        self._buffer = b""
        self.ask("?")

    def _byte(self):
        if not self._buffer:
            self._buffer = self._connection.recv(65536)
            if not self._buffer:
                raise Failed("gdb: the machine ended")
        byte, self._buffer = self._buffer[:1], self._buffer[1:]
        return byte

    def ask(self, command):
        self.send(command)
        return self.answer()

    def send(self, command):
        data = command.encode()
        self._connection.sendall(b"$%b#%02x" % (data, sum(data) & 0xff))

    def answer(self):
        while self._byte() != b"$":
            pass
        text = b""
        while (byte := self._byte()) != b"#":
            text += byte
        self._byte()
        self._byte()
        self._connection.sendall(b"+")
        return text.decode("latin-1")

    def read(self, address, length):
        return bytes.fromhex(self.ask(f"m{address:x},{length:x}"))

    def write(self, address, data):
        if (answer := self.ask(f"M{address:x},{len(data):x}:{data.hex()}")) != "OK":
            raise Failed(f"gdb: write to {address:#x}: {answer}")

    def document(self, name):
        """A part of the target's description, in XML."""
        text = ""
        while True:
            part = self.ask(f"qXfer:features:read:{name}:{len(text):x},f00")
            text += part[1:]
            if part[:1] == "l":
                return text

    def register_numbers(self):
        """Of all registers, by name, counted as the description says."""
        numbers, following = {}, 0
        for feature in re.findall(r'<xi:include href="([^"]+)"', self.document("target.xml")):
            for attributes in re.findall(r"<reg\s([^>]*)>", self.document(feature)):
                fields = dict(re.findall(r'(\w+)="([^"]*)"', attributes))
                following = int(fields.get("regnum", following))
                numbers[fields["name"]] = following
                following += 1
        return numbers

    def register(self, number):
        return int.from_bytes(bytes.fromhex(self.ask(f"p{number:x}")), "big")

    def set_register(self, number, value):
        if (answer := self.ask(f"P{number:x}={value:016x}")) != "OK":
            raise Failed(f"gdb: write of register {number}: {answer}")

    def go(self):
        self.send("c")

    def stop(self):
        self._connection.sendall(b"\x03")
        return self.answer()
