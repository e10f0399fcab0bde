"""The environment that the scripts run in."""

from __future__ import annotations

import ast
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from conftest import ROOT
from test_skeleton import run


def test_environment_is_made_once_and_repaired_after_an_interruption(tmp_path: Path) -> None:
    shutil.copy(ROOT / "Scripts" / "_environment.py", tmp_path)
    (tmp_path / "requirements.txt").write_text("# nothing\n", encoding="utf-8")
    script = tmp_path / "demo.py"
    script.write_text(
        "import sys, _environment\n_environment.enter('requirements.txt')\nprint(sys.prefix, *sys.argv[1:], sep='|')\nsys.exit(7)\n",
        encoding="utf-8",
    )
    folder = tmp_path / "an environment"

    def start() -> list[str]:
        finished = run(sys.executable, script, "a b", "\u00fc", CROSSMODA_VENV=str(folder))
        assert finished.returncode == 7, finished.stderr
        *said, last = finished.stdout.splitlines()
        assert last == f"{folder}|a b|\u00fc"
        return [line.split()[0] for line in said if line.startswith(("Making", "Installing"))]

    assert start() == ["Making", "Installing"]
    assert start() == []
    (folder / "crossmoda_installed.json").unlink()  # what a killed installation leaves
    assert start() == ["Installing"]
    (tmp_path / "requirements.txt").write_text("# changed\n", encoding="utf-8")
    assert start() == ["Installing"]


def enter(tmp_path: Path, before: str = "", **environment: str) -> subprocess.CompletedProcess[str]:
    code = f"import sys; sys.argv = ['test.py']; {before}sys.path.insert(0, {str(ROOT / 'Scripts')!r})\n"
    return run(sys.executable, "-c", code + "import _environment; _environment.enter('requirements.txt')", **environment)


def test_environment_refuses_a_folder_of_something_else(tmp_path: Path) -> None:
    (tmp_path / "thesis.txt").write_text("precious", encoding="utf-8")
    finished = enter(tmp_path, CROSSMODA_VENV=str(tmp_path))
    assert finished.returncode == 1 and str(tmp_path) in finished.stderr and len(finished.stderr.splitlines()) == 1
    assert [path.name for path in tmp_path.iterdir()] == ["thesis.txt"]


def test_old_python_gets_one_sentence(tmp_path: Path) -> None:
    finished = enter(tmp_path, "sys.version_info = (3, 9, 2); ", CROSSMODA_VENV=str(tmp_path / "new"))
    assert finished.returncode == 1 and "Python 3.11 or newer" in finished.stderr and len(finished.stderr.splitlines()) == 1
    for name in ("_environment.py", "_system_packages.py", "test.py"):
        ast.parse((ROOT / "Scripts" / name).read_text(encoding="utf-8"), feature_version=(3, 6))


def test_a_machine_is_left_as_it_is_unless_that_was_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    """What the tests need of the system is installed by root alone, where it was asked for."""
    monkeypatch.syspath_prepend(str(ROOT / "Scripts"))
    from _system_packages import may_install

    can = sys.platform == "linux" and os.geteuid() == 0 and shutil.which("apt-get") is not None
    assert not may_install({}) and not may_install({"CI": "true"}) and not may_install({"CROSSMODA_APT": "0"})
    assert may_install({"CROSSMODA_APT": "1"}) == can


@pytest.mark.skipif(sys.platform != "linux" or not shutil.which("apt-get"), reason="needs apt-get")
def test_what_apt_cannot_install_is_one_line_and_no_failure() -> None:
    if os.geteuid() != 0:
        pytest.skip("needs to be root")
    code = f"import sys; sys.path.insert(0, {str(ROOT / 'Scripts')!r}); import _system_packages as it\n"
    code += "it.PACKAGES = {'no-such-program': 'no-such-package'}; it.install_missing()"
    offline = dict.fromkeys(("http_proxy", "https_proxy"), "http://127.0.0.1:9")
    finished = run(sys.executable, "-c", code, CROSSMODA_APT="1", **offline)
    first, second = finished.stdout.splitlines()
    assert finished.returncode == 0 and first.startswith("Installing no-such-package for the tests of other computers")
    assert second.startswith("no-such-package could not be installed (") and second.endswith("; the tests that need them are skipped.")


@pytest.mark.skipif(os.name != "posix", reason="apt-get is a program of Debian's")
@pytest.mark.parametrize(
    ("fails", "steps"),
    [
        ("nothing", ["update", "install --download-only", "install --no-download"]),
        ("update", ["update", "install --download-only", "install --no-download"]),
        ("--download-only", ["update", "install --download-only"]),
        ("hangs", ["update"]),
    ],
)
def test_a_mirror_that_is_down_costs_a_minute_and_no_service_is_started(
    fails: str, steps: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """By a program that tells how it is called, as no test may change the machine."""
    monkeypatch.syspath_prepend(str(ROOT / "Scripts"))
    import _system_packages as packages

    apt = tmp_path / "apt-get"
    apt.write_text(
        f"#!/bin/sh\ntest -x '{tmp_path}/policy' || exit 9\necho \"$*\" >> '{tmp_path}/asked'\n"
        f'case "{fails} $*" in hangs*) exec sleep 100;; *" {fails} "*|*" {fails}") echo no way; exit 1;; esac\n'
    )
    apt.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path), prepend=os.pathsep)
    monkeypatch.setattr(packages, "POLICY", str(tmp_path / "policy"))
    monkeypatch.setattr(packages, "PACKAGES", {"no-such-program": "no-such-package"})
    monkeypatch.setattr(packages, "may_install", lambda _: True)
    monkeypatch.setattr(packages, "STEPS", tuple((words, 5.0 if fails == "hangs" else 60.0) for words, _ in packages.STEPS))
    packages.install_missing()
    asked = (tmp_path / "asked").read_text().splitlines()
    assert [step in line for step, line in zip(steps, asked, strict=True)] == [True] * len(steps), asked
    assert not (tmp_path / "policy").exists()
    assert capsys.readouterr().out.splitlines()[-1].endswith("; the tests that need them are skipped.")
    monkeypatch.setattr(packages, "POLICY", str(tmp_path / "nowhere" / "policy"))
    packages.install_missing()
    assert "No such file or directory" in capsys.readouterr().out.splitlines()[-1]


@pytest.mark.skipif(os.name != "posix", reason="apt-get is a program of Debian's")
@pytest.mark.parametrize("left", ["nothing", "ours", "another's"])
def test_what_is_installed_is_not_started_with_the_machine_and_no_policy_is_left(
    left: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """By programs that tell how they are called. What was there before is left as it was."""
    monkeypatch.syspath_prepend(str(ROOT / "Scripts"))
    import _system_packages as packages

    policy, new = tmp_path / "policy", tmp_path / "new-program"
    for name, does in (("apt-get", f"cp '{tmp_path}/apt-get' '{new}'"), ("systemctl", f"echo \"$*\" >> '{tmp_path}/asked'; exit 1")):
        (tmp_path / name).write_text(f"#!/bin/sh\n{does}\n")
        (tmp_path / name).chmod(0o755)
    before = {"ours": packages.POLICY_TEXT, "another's": "#!/bin/sh\nexit 101\n"}.get(left)
    if before is not None:
        policy.write_text(before)
        policy.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path), prepend=os.pathsep)
    monkeypatch.setattr(packages, "_PATH", os.environ["PATH"])
    monkeypatch.setattr(packages, "POLICY", str(policy))
    monkeypatch.setattr(packages, "PACKAGES", {"new-program": "munge", "never-there": "slurmd", "sh": "openssh-server"})
    monkeypatch.setattr(packages, "may_install", lambda _: True)
    packages.install_missing()
    assert new.is_file() and (tmp_path / "asked").read_text() == "disable munge.service\n"
    assert policy.exists() == (left == "another's")
    assert min(seconds for words, seconds in packages.STEPS if "--no-download" in words) >= 900
