"""The file with the appointments of two days: anybody can read it, on a machine with any locale."""

import json
import os
import subprocess
import sys
from pathlib import Path

from config.settings import ROOT

WRITES = """
import json, sys
from pathlib import Path
from ivr.diary.listing import write_sheet
for name in json.loads(sys.argv[2]):
    write_sheet(Path(sys.argv[1]), f"16:00  {name}")
"""


def test_a_hindi_name_is_written_and_written_over_on_a_machine_without_utf8(tmp_path: Path) -> None:
    sheet, plain = tmp_path / "diary.txt", {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}
    command = [sys.executable, "-c", WRITES, str(sheet), json.dumps(["मेड अप", "मेड अप", "कोई और"])]
    done = subprocess.run(command, cwd=ROOT, env={**os.environ, **plain}, capture_output=True, check=False)
    assert done.returncode == 0, done.stderr.decode(errors="replace")
    assert sheet.read_text(encoding="utf-8") == "16:00  कोई और"
