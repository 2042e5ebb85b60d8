# SPDX-License-Identifier: GPL-2.0-only
"""Writes the archives that the kernel unpacks as its initial root (newc cpio).

All belongs to root, whoever runs this, and device nodes need no privilege.
"""

import stat
from pathlib import Path


class Archive:
    def __init__(self, file):
        self._file = file
        self._inode = 0
        self._folders = {"."}

    def _entry(self, name, mode, data=b"", device=(0, 0)):
        self._inode += 1
        encoded = name.encode() + b"\0"
        fields = (self._inode, mode, 0, 0, 1, 0, len(data), 0, 0, *device, len(encoded), 0)
        self._write(b"070701" + b"".join(b"%08X" % field for field in fields) + encoded)
        self._write(data)

    def _write(self, data):
        self._file.write(data)
        self._file.write(bytes(-self._file.tell() % 4))

    def _parents(self, name):
        parent = str(Path(name).parent)
        if parent not in self._folders:
            self.folder(parent)

    def folder(self, name):
        name = name.strip("/")
        if name in self._folders:
            return
        self._parents(name)
        self._folders.add(name)
        self._entry(name, stat.S_IFDIR | 0o755)

    def bytes(self, name, data, mode=0o644):
        name = name.strip("/")
        self._parents(name)
        self._entry(name, stat.S_IFREG | mode, data)

    def link(self, name, target):
        name = name.strip("/")
        self._parents(name)
        self._entry(name, stat.S_IFLNK | 0o777, target.encode())

    def character_device(self, name, major, minor):
        name = name.strip("/")
        self._parents(name)
        self._entry(name, stat.S_IFCHR | 0o600, device=(major, minor))

    def path(self, name, source):
        """A file or a folder with all that is in it."""
        source = Path(source)
        if source.is_symlink():
            self.link(name, str(source.readlink()))
        elif source.is_dir():
            self.folder(name)
            for child in sorted(source.iterdir()):
                self.path(f"{name}/{child.name}", child)
        else:
            self.bytes(name, source.read_bytes(), stat.S_IMODE(source.stat().st_mode) | 0o444)

    def close(self):
        self._entry("TRAILER!!!", 0)
        self._file.write(bytes(-self._file.tell() % 512))
