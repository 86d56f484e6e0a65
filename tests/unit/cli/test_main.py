from __future__ import annotations

import subprocess
import sys


def test_help_loads_no_heavy_library() -> None:
    """What keeps `dwell --help` quick: no engine, no statistics, no table printer."""
    heavy = ["duckdb", "deltalake", "ibis", "numpy", "sklearn", "altair", "rich", "sqlglot", "babel", "sqlite3"]
    code = (
        "import sys\nfrom dwell.cli.main import main\nmain(['--help'])\n"
        f"print([name for name in {heavy} if name in sys.modules], file=sys.stderr)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stderr.strip() == "[]"


def test_import_dwell_loads_nothing_heavy() -> None:
    code = "import sys, dwell; print([n for n in ('duckdb', 'numpy', 'ibis') if n in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
