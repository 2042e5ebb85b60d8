# SPDX-License-Identifier: GPL-2.0-only
"""What all scripts share: where things are, how they speak, how steps run.

A step is skipped when the digest of what it depends on equals the one that
was stamped when it last ended well; see stamp_fresh() and stamp().
"""

import contextlib
import fcntl
import hashlib
import os
import signal
import subprocess
import sys
import time
from collections import deque
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
SCRIPTS = ROOT / "scripts"
BUILD = ROOT / "build"
LOG = BUILD / "log"


def _cache_dir():
    if path := os.environ.get("KVM_PR_TM_CACHE"):
        return Path(path).absolute()
    base = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(base).absolute() / "kvm_pr_tm"


#: Downloads; survives `make distclean`.
CACHE = _cache_dir()

# One clock for a command and all the scripts it starts.
_START = float(os.environ.setdefault("KVM_PR_TM_START", repr(time.time())))


class Failure(Exception):
    """An error that the user can act on; its text is all there is to say."""


def elapsed():
    return time.time() - _START


def say(text):
    """Tell the user what is going on."""
    print(f"[{elapsed():6.1f}s] {text}", file=sys.stderr, flush=True)


def main(function):
    """Run a script's main function, turning failures into exit statuses."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    try:
        sys.exit(function())
    except Failure as failure:
        print(f"{Path(sys.argv[0]).name}: error: {failure}", file=sys.stderr)
        sys.exit(1)
    except KeyboardInterrupt:
        sys.exit(130)
    except BrokenPipeError:
        sys.exit(141)


@contextlib.contextmanager
def locked(name, folder=BUILD):
    """Keep a second command from doing the same step, in the same tree or (CACHE) in any."""
    path = folder / "lock" / name
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        file = path.open("w")
    except OSError as error:
        raise Failure(f"{show(path)}: {error.strerror}") from error
    with file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            say(f"{name}: waiting for another command to finish it")
            fcntl.flock(file, fcntl.LOCK_EX)
        yield


def tail(path, lines=30):
    """The last lines of a log file."""
    try:
        with open(path, encoding="utf-8", errors="replace") as file:
            return "".join(deque(file, lines))
    except FileNotFoundError:
        return ""


def kill_group(process):
    """End a child that was started in a session of its own, and its children."""
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def run(name, argv, *, every=30, append=False, quiet=False, **popen):
    """Run a long command, its output going to build/log/NAME.log.

    Shows a sign of life with the elapsed time every so many seconds, and the
    log's tail if the command fails.
    """
    LOG.mkdir(parents=True, exist_ok=True)
    log = LOG / f"{name}.log"
    started = time.monotonic()
    with log.open("ab" if append else "wb") as file:
        process = subprocess.Popen(
            [str(word) for word in argv],
            stdin=subprocess.DEVNULL, stdout=file, stderr=subprocess.STDOUT,
            start_new_session=True, **popen)
        try:
            while True:
                try:
                    process.wait(every)
                    break
                except subprocess.TimeoutExpired:
                    last = tail(log, 1).strip()[:90]
                    took = time.monotonic() - started
                    say(f"{name}: {took:.0f}s, {last}")
        except BaseException:
            kill_group(process)
            raise
    if process.returncode:
        sys.stderr.write(tail(log))
        raise Failure(f"{name} failed (status {process.returncode}), see {show(log)}")
    if not quiet:
        say(f"{name}: done in {time.monotonic() - started:.0f}s")


def step(name, *words):
    """Run another of these scripts; it says itself what goes wrong."""
    with subprocess.Popen([str(SCRIPTS / name), *map(str, words)]) as process:
        try:
            process.wait()
        except BaseException:
            # It ends what it has started in other sessions, unless it is killed.
            process.terminate()
            raise
    if process.returncode:
        raise Failure(f"scripts/{' '.join([name, *map(str, words)])} failed")


def show(path):
    """A path as the user would type it."""
    try:
        return str(Path(path).relative_to(Path.cwd()))
    except ValueError:
        return str(path)


def output(argv, **kwargs):
    """The standard output of a short command."""
    try:
        result = subprocess.run([str(word) for word in argv], check=True, text=True,
                                stdin=subprocess.DEVNULL, capture_output=True, **kwargs)
    except FileNotFoundError as error:
        # The program, or the folder that it should have run in.
        raise Failure(f"{error.filename}: not found") from error
    except subprocess.CalledProcessError as error:
        raise Failure(f"{argv[0]} failed: {error.stderr.strip()}") from error
    return result.stdout


class Digest:
    """Collects what a step depends on."""

    def __init__(self, *values):
        self._hash = hashlib.sha256()
        self.value(*values)

    def value(self, *values):
        for value in values:
            self._hash.update(repr(value).encode())
        return self

    def files(self, *paths):
        """The names and the contents of files, and of all files in folders."""
        for path in map(Path, paths):
            below = sorted(path.rglob("*")) if path.is_dir() else [path]
            for file in below:
                if file.is_file() and "__pycache__" not in file.parts:
                    name = file.relative_to(path) if path.is_dir() else file.name
                    self.value(str(name))
                    self._hash.update(hashlib.sha256(file.read_bytes()).digest())
        return self

    def __str__(self):
        return self._hash.hexdigest()


def _stamp_path(name):
    return BUILD / "stamp" / name


def stamp_fresh(name, digest, *products):
    """Whether a step ended well with the same inputs, and its products exist."""
    try:
        same = _stamp_path(name).read_text() == str(digest)
    except FileNotFoundError:
        return False
    return same and all(Path(product).exists() for product in products)


def stamp(name, digest):
    path = _stamp_path(name)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(str(digest))


def unstamp(name):
    """Before a step starts to change what an earlier run has left."""
    _stamp_path(name).unlink(missing_ok=True)
