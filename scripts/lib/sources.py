# SPDX-License-Identifier: GPL-2.0-only
"""The upstream sources, and headers for L1: fetched once into the cache, as Debian packages."""

import json
import shutil

from lib import apt
from lib.project import BUILD, CACHE, Digest, Failure, locked, say

LINUX_SERIES = "7.3"
LINUX_SUITES = ("trixie-backports", "forky", "sid")
QEMU_SERIES = "10.0"
QEMU_SUITES = ("trixie",)
#: Headers for what is built for L1.
DEVELOPMENT = ("libglib2.0-dev", "libpcre2-dev", "libffi-dev", "zlib1g-dev", "libfdt-dev")


class Source:
    """A downloaded source: its version, and its files in the cache."""

    def __init__(self, folder):
        manifest = json.loads((folder / "manifest.json").read_text())
        self.version = manifest["version"]
        self._files = [folder / name for name in manifest["files"]]

    def file(self, pattern):
        found = [file for file in self._files if file.match(pattern)]
        if len(found) != 1:
            raise Failure(f"{len(found)} files match {pattern} in the cache, "
                          "expected one: try scripts/fetch --refresh")
        return found[0]


def _fetched(name, refresh, suites, fetch):
    """The source called so, from the cache if it is there."""
    folder = CACHE / "sources" / name
    with locked(f"fetch-{name}", CACHE):
        if refresh or not (folder / "manifest.json").exists():
            say(f"{name}: looking for the newest version")

            def use(suite):
                partial = apt.partial(name)
                version = fetch(suite, partial)
                files = [file.name for file in partial.iterdir() if file.is_file()]
                (partial / "manifest.json").write_text(json.dumps(
                    {"version": version, "suite": suite.name, "files": files}))
                shutil.rmtree(folder, ignore_errors=True)
                folder.parent.mkdir(parents=True, exist_ok=True)
                partial.rename(folder)
                say(f"{name}: {version} of {suite}")

            apt.first_usable([apt.Suite(suite) for suite in suites], use)
    return Source(folder)


def _clean(folder, keep):
    """Removes what an earlier, interrupted download has left of others."""
    for file in folder.iterdir():
        if file.is_file() and not keep(file.name):
            file.unlink()


def linux(refresh=False):
    package = f"linux-source-{LINUX_SERIES}"

    def fetch(suite, folder):
        version = suite.version(package)
        if not version:
            raise Failure(f"{suite}: has no {package}")
        say(f"linux: fetching {package} {version} (160 MB)")
        _clean(folder, lambda name: False)
        suite.download([package], folder)
        return version

    return _fetched("linux", refresh, LINUX_SUITES, fetch)


def qemu(refresh=False):
    def fetch(suite, folder):
        say("qemu: fetching source and firmware (60 MB)")
        _clean(folder, lambda name: False)
        suite.download_source("qemu", folder)
        version = next(folder.glob("qemu_*.dsc")).stem.removeprefix("qemu_")
        if not version.startswith(QEMU_SERIES + "."):
            raise Failure(f"{suite}: its QEMU is {version}, not a {QEMU_SERIES}")
        suite.download(["qemu-system-data"], folder)
        return version

    return _fetched("qemu", refresh, QEMU_SUITES, fetch)


def root():
    """The packages of L1's root (scripts/mkroot): their folder, and its manifest."""
    folder = CACHE / "packages" / (BUILD / "root/packages").read_text()
    return folder, json.loads((folder / "manifest.json").read_text())


def development():
    """The folder with the packages of headers, of the suite of L1's root."""
    packages, manifest = root()
    folder = packages / str(Digest(DEVELOPMENT))[:16]
    with locked("packages", CACHE):
        if not folder.exists():
            suite = apt.Suite(manifest["suite"], "ppc64el")
            say(f"L1 root: fetching {', '.join(DEVELOPMENT)} of {suite}")
            suite.update()
            partial = apt.partial(folder.name)
            suite.download(DEVELOPMENT, partial)
            partial.rename(folder)
    return folder
