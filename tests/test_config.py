"""noteweb.toml: defaults, what it may say, and one clear line for what it may not."""

from __future__ import annotations

import pytest

from noteweb.config import TEMPLATE, Config, NewNote, read_config
from noteweb.errors import ConfigInvalid


def test_no_file_means_the_defaults(tmp_path):
    """A folder without noteweb.toml has every default."""
    assert read_config(tmp_path) == Config()


def test_the_template_is_the_defaults(tmp_path):
    """What `noteweb init` writes changes nothing until a line is edited."""
    (tmp_path / "noteweb.toml").write_text(TEMPLATE, encoding="utf-8")
    assert read_config(tmp_path) == Config()


def test_settings_are_read(tmp_path):
    """Every key of the file reaches the configuration."""
    (tmp_path / "noteweb.toml").write_text(
        'model = "none"\ndevice = "cpu"\nignore = ["templates", "*.tmp.md"]\n'
        '[new]\nfolder = "in"\ntemplate = "t.md"\n',
        encoding="utf-8",
    )
    assert read_config(tmp_path) == Config(
        model="none",
        device="cpu",
        ignore=("templates", "*.tmp.md"),
        new=NewNote(folder="in", template="t.md"),
    )


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (f"model = {'[' * 5_000}", "TOML"),
        (f"model = {'9' * 5_000}", "TOML"),
        (f"model{'.a' * 4_000} = 1", "nested more than 100 levels deep"),
        ("model = ", "TOML"),
        ("modell = 'x'", "unknown key 'modell'"),
        ("model = 3", "'model' must be a string"),
        ("model = ''", "not empty"),
        ("ignore = 'x'", "list of strings"),
        ("ignore = [1]", "list of strings"),
        ("device = 'tpu'", "not 'tpu'"),
        ("new = 'inbox'", "'new' must be a table"),
        ("[new]\nfile = 'x'", "unknown key 'new.file'"),
        ("[new]\nfolder = ''", "'new.folder' must be a string that is not empty"),
        ("[new]\nfolder = '../x'", "'new.folder' leads out of the vault"),
        ("[new]\ntemplate = '/etc/passwd'", "'new.template' leads out of the vault"),
        ('[new]\ntemplate = "a\\u0000"', "'new.template' leads out of the vault"),
    ],
)
def test_a_wrong_file_is_told_in_one_line(tmp_path, text, told):
    """What cannot be used is refused with the file and the reason."""
    (tmp_path / "noteweb.toml").write_text(text, encoding="utf-8")
    with pytest.raises(ConfigInvalid) as caught:
        read_config(tmp_path)
    assert told in caught.value.message
    assert "noteweb.toml" in caught.value.message


def test_a_file_of_another_encoding_is_told(tmp_path):
    """Bytes that are no UTF-8 are refused, not guessed."""
    (tmp_path / "noteweb.toml").write_bytes(b"model = '\xff'")
    with pytest.raises(ConfigInvalid, match="TOML"):
        read_config(tmp_path)
