"""scripts/lint_tree.py finds what it looks for, and this repository is clean."""

import re
from pathlib import Path

import pytest

from scripts import lint_tree

HOSTS = re.compile(re.escape("packages.example"))


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("x = 1  # TO" + "DO later", "work left undone"),
        ("raise Not" + "ImplementedError", "work left undone"),
        ("open('/ro" + "ot/file')", "path of a machine"),
        ("index https://packages.example/simple", "package host"),
        ("\n" * 501, "longer than 500 lines"),
        ("https://shop.example.com/work/1 and var/tmp/x and a todo list", None),
    ],
)
def test_each_kind_of_fault_is_found(
    text: str, fault: str | None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lint_tree, "ROOT", tmp_path)
    path = tmp_path / "file.py"
    path.write_text(text)
    found = list(lint_tree.faults(path, HOSTS))
    assert [fault in line for line in found] == [True] if fault else found == []
