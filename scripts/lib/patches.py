# SPDX-License-Identifier: GPL-2.0-only
"""Keeps a source tree equal to its pristine state plus a list of patches.

Only the files that patches touch are kept in their pristine state beside the
tree. When the patches change, those files are patched afresh elsewhere, and
only the ones that came out differently are replaced in the tree: what did not
change keeps its time stamp, and a rebuild is as short as it can be. A patch
that does not apply exactly leaves the tree as it was.
"""

import json
import os
import re
import shutil
import subprocess

from lib.project import Digest, Failure, say, show

_HUNK = re.compile(rb"^@@ -\d+(?:,(\d+))? \+\d+(?:,(\d+))? @@")
_NAME = re.compile(rb"^(?:---|\+\+\+) (/dev/null|[^/\t\n]+/[^\t\n]+)"
                   rb"|^(?:rename|copy) (?:from|to) (.+)$")


def touched(patch):
    """The names of all files that a patch reads or writes."""
    names = set()
    old = new = 0
    for line in patch.read_bytes().split(b"\n"):
        if old > 0 or new > 0:
            kind = line[:1]
            old -= kind != b"+" and kind != b"\\"
            new -= kind != b"-" and kind != b"\\"
        elif hunk := _HUNK.match(line):
            old, new = (int(count) if count else 1 for count in hunk.groups())
        elif name := _NAME.match(line):
            if name[2]:
                names.add(name[2].decode())
            elif name[1] != b"/dev/null":
                names.add(name[1].decode().partition("/")[2])
    return names


def digest(patches):
    return Digest().files(*patches)


class Tree:
    """A patched source tree and, beside it, what is needed to patch it anew."""

    def __init__(self, path):
        self.path = path
        self._state = path.with_name(f".{path.name}")
        self._pristine = self._state / "pristine"
        self._scratch = self._state / "scratch"
        self._record = self._state / "touched.json"
        self._stamp = self._state / "stamp"

    def discard(self):
        """Forgets all, before the tree is unpacked anew."""
        shutil.rmtree(self.path, ignore_errors=True)
        shutil.rmtree(self._state, ignore_errors=True)

    def patch(self, patches):
        """Brings the tree to these patches, in this order."""
        wanted = str(digest(patches))
        if self._stamp.exists() and self._stamp.read_text() == wanted:
            return
        say(f"{self.path.name}: applying {len(patches)} patches")
        before = json.loads(self._record.read_text()) if self._record.exists() else []
        now = set().union(*map(touched, patches)) if patches else set()
        names = sorted(now | set(before))
        self._assemble(names, set(before))
        for patch in patches:
            self._apply(patch)
        self._stamp.unlink(missing_ok=True)
        self._keep(now - set(before), names)
        for name in names:
            self._replace(name)
        self._record.write_text(json.dumps(sorted(now)))
        self._stamp.write_text(wanted)
        shutil.rmtree(self._scratch)

    def copy_pristine(self, name, target):
        """A file as it was before any patch, if it was there then."""
        known = json.loads(self._record.read_text()) if self._record.exists() else []
        source = (self._pristine if name in known else self.path) / name
        # What is only linked into the tree was not there before.
        if source.exists() and source.resolve().is_relative_to(self.path.parent.resolve()):
            _copy(source, target)

    def _assemble(self, names, before):
        """The pristine state of some files, in the scratch folder."""
        shutil.rmtree(self._scratch, ignore_errors=True)
        self._scratch.mkdir(parents=True)
        for name in names:
            source = (self._pristine if name in before else self.path) / name
            if source.exists():
                _copy(source, self._scratch / name)

    def _apply(self, patch):
        result = subprocess.run(
            ["git", "apply", "--whitespace=nowarn", "-p1", str(patch)], cwd=self._scratch,
            env=os.environ | {"GIT_CEILING_DIRECTORIES": str(self._state)},
            capture_output=True, text=True)
        if result.returncode:
            raise Failure(f"{show(patch)} does not apply: "
                          + _explain(patch, result.stderr))

    def _keep(self, new, names):
        """Saves pristine files before the tree's are replaced."""
        for name in new:
            if (self.path / name).exists():
                _copy(self.path / name, self._pristine / name)
        self._record.write_text(json.dumps(names))

    def _replace(self, name):
        source, target = self._scratch / name, self.path / name
        if not source.exists():
            target.unlink(missing_ok=True)
        elif (not target.exists() or source.read_bytes() != target.read_bytes()
              or source.stat().st_mode != target.stat().st_mode):
            target.parent.mkdir(parents=True, exist_ok=True)
            temporary = target.with_name(target.name + ".new")
            shutil.copyfile(source, temporary)
            shutil.copymode(source, temporary)
            temporary.replace(target)


def _copy(source, target):
    target.parent.mkdir(parents=True, exist_ok=True)
    shutil.copy2(source, target)


def _explain(patch, errors):
    """git's errors, the failed hunk's header added."""
    lines = []
    for line in errors.splitlines():
        lines.append(line.removeprefix("error: "))
        failed = re.match(r"error: patch failed: (.*):(\d+)$", line)
        if not failed:
            continue
        section = patch.read_text(errors="replace").partition(f"+++ b/{failed[1]}\n")[2]
        hunk = re.search(rf"^@@ -{failed[2]}[, ].*$", section, re.MULTILINE)
        if hunk:
            lines.append(f"hunk {hunk[0]}")
    return "; ".join(lines)
