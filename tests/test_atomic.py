"""What runs leave is read as plain files, and taken away whatever it is."""

from __future__ import annotations

import os

from noteweb.evidence.atomic import remove_folder


def test_a_folder_goes_however_deep_or_locked(tmp_path):
    """Two thousand folders in one another, some that nobody may enter, links: all go.

    What a link leads to stays.
    """
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "kept").touch()
    folder = tmp_path / "folder"
    folder.mkdir()
    (folder / "link").symlink_to(outside)
    (folder / "wide").mkdir()
    (folder / "wide" / "file").touch()
    here = os.open(folder, os.O_RDONLY)
    for _ in range(2000):
        os.mkdir("d" * 9, dir_fd=here)
        above, here = here, os.open("d" * 9, os.O_RDONLY, dir_fd=here)
        os.close(above)
    os.fchmod(here, 0)
    os.close(here)
    (folder / "wide").chmod(0)
    remove_folder(folder)
    assert not folder.exists()
    assert (outside / "kept").exists()


def test_what_is_not_there_is_removed_already(tmp_path):
    """No folder is no error."""
    remove_folder(tmp_path / "none")
