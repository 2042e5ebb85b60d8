# SPDX-License-Identifier: GPL-2.0-only
"""Debian packages of other suites and architectures, in private apt roots.

The system's own sources and package database are neither used nor touched.
Each (suite, architecture) pair has a root of its own, so that an index which
the mirror cannot serve right now does not spoil the others. apt verifies all
that it fetches against the archive's keyring.
"""

import os
import subprocess
from pathlib import Path

from lib.project import CACHE, Failure, output, say

KEYRING = "/usr/share/keyrings/debian-archive-keyring.gpg"


def mirror():
    """The address of the Debian mirror that this machine is configured for."""
    release = {}
    for line in Path("/etc/os-release").read_text().splitlines():
        key, _, value = line.partition("=")
        release[key] = value.strip('"')
    environment = {k: v for k, v in os.environ.items() if k != "APT_CONFIG"}
    targets = output(
        ["apt-get", "indextargets", "--no-release-info", "--format",
         "$(RELEASE)|$(COMPONENT)|$(CREATED_BY)|$(REPO_URI)"],
        env=environment)
    for line in targets.splitlines():
        suite, component, kind, uri = line.split("|", 3)
        if (suite, component, kind) == (release.get("VERSION_CODENAME"), "main", "Packages"):
            return uri
    raise Failure("apt has no Debian mirror configured for "
                  + release.get("PRETTY_NAME", "this system"))


class Suite:
    """One suite of the archive for one architecture."""

    def __init__(self, name, architecture="amd64"):
        self.name = name
        self.architecture = architecture
        self._root = CACHE / "apt" / f"{name}-{architecture}"
        self._config = self._root / "apt.conf"

    def __str__(self):
        return f"{self.name}/{self.architecture}"

    def _prepare(self):
        for folder in ("etc/preferences.d", "state/lists/partial", "cache", "log"):
            (self._root / folder).mkdir(parents=True, exist_ok=True)
        (self._root / "state/status").touch()
        options = f"[signed-by={KEYRING} arch={self.architecture}]"
        source = f"{options} {mirror()} {self.name} main\n"
        (self._root / "etc/sources.list").write_text(f"deb {source}deb-src {source}")
        self._config.write_text(
            f'Dir::Etc "{self._root}/etc";\n'
            'Dir::Etc::Parts "/dev/null";\n'
            'Dir::Etc::SourceParts "/dev/null";\n'
            f'Dir::State "{self._root}/state";\n'
            f'Dir::State::status "{self._root}/state/status";\n'
            f'Dir::Cache "{self._root}/cache";\n'
            f'Dir::Log "{self._root}/log";\n'
            f'APT::Architecture "{self.architecture}";\n'
            f'APT::Architectures {{"{self.architecture}";}};\n'
            'APT::Sandbox::User "root";\n'
            'APT::Get::AllowUnauthenticated "false";\n'
            'Acquire::Languages "none";\n'
            'Acquire::Retries "3";\n'
            'Acquire::http::Timeout "30";\n')

    def _run(self, argv, **kwargs):
        return subprocess.run(
            argv, env=os.environ | {"APT_CONFIG": str(self._config), "LC_ALL": "C"},
            stdin=subprocess.DEVNULL, capture_output=True, text=True, **kwargs)

    def update(self, tries=2):
        """Fetch the suite's indices; Failure with apt's first complaint."""
        self._prepare()
        for _ in range(tries):
            result = self._run(["apt-get", "update", "-q", "-o",
                                "APT::Update::Error-Mode=any"])
            if result.returncode == 0:
                return
        complaints = [line.strip() for line in result.stderr.splitlines()
                      if line.startswith(("E:", "W:"))]
        raise Failure(f"{self}: {complaints[0] if complaints else result.stderr.strip()}")

    def version(self, package):
        """The newest version of a package, or None."""
        result = self._run(["apt-cache", "show", "--no-all-versions", package])
        for line in result.stdout.splitlines():
            if line.startswith("Version: "):
                return line.removeprefix("Version: ")
        return None

    def download(self, packages, folder):
        """Fetch single packages into a folder; returns the files."""
        return self._into(folder, ["apt-get", "download", "-q", *packages])

    def download_source(self, package, folder):
        """Fetch the files of a source package into a folder, not unpacked."""
        return self._into(folder, ["apt-get", "source", "-q", "--download-only",
                                   "--only-source", package])

    def download_closure(self, packages, folder):
        """Fetch packages with all that they depend on into a folder."""
        install = ["apt-get", "install", "-q", "-y", "--no-install-recommends"]
        wanted = self._run([*install, "-q", "--print-uris", *packages], check=False)
        names = {line.split()[1] for line in wanted.stdout.splitlines()
                 if line.startswith("'")}
        files = self._into(folder, [
            *install, "--download-only", "-o", f"Dir::Cache::archives={folder}", *packages])
        return [file for file in files if file.name in names]

    def _into(self, folder, argv):
        folder.mkdir(parents=True, exist_ok=True)
        result = self._run(argv, cwd=folder)
        if result.returncode:
            lines = [line for line in result.stderr.splitlines() if line.startswith("E:")]
            raise Failure(f"{self}: {lines[0] if lines else result.stderr.strip()}")
        return sorted(file for file in folder.iterdir()
                      if file.is_file() and file.name != "lock")


def first_usable(candidates, use):
    """The result of use(suite) for the first suite that can be fetched.

    What is wrong with the ones before it is said, not hidden.
    """
    complaints = []
    for suite in candidates:
        try:
            suite.update()
            result = use(suite)
        except Failure as failure:
            say(f"not from {failure}")
            complaints.append(str(failure))
            continue
        return result
    raise Failure("no suite of the Debian mirror could be used (is there a network?): "
                  + "; ".join(complaints))


def partial(name):
    """A folder in the cache for a download that is not complete yet."""
    folder = CACHE / "partial" / name
    folder.mkdir(parents=True, exist_ok=True)
    return folder
