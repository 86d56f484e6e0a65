"""Runs every benchmark, one after the other, and prints what `benchmarks/RESULTS.md` quotes.

python benchmarks/run.py            # everything, about 45 minutes on two cores
python benchmarks/run.py --quick    # small sizes, to see that they run
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).parent
FULL = {
    "command_time.py": [],
    "start_time.py": [],
    "metrics_speed.py": ["--rows", "10000000", "--runs", "3", "--memory", "3GB"],
    "retention_speed.py": ["--readings", "16", "--runs", "3"],
    "retention_events.py": [],
    "rollup_speed.py": [],
    "corrections_speed.py": [],
    "engine_speed.py": [],
    "append_speed.py": [],
    "import_speed.py": ["--gb", "1"],
    "model_skill.py": [],
    "claims.py": [],
    "sweep_pace.py": [],
    "sweep_speed.py": [],
    "sweep_kills.py": ["--kills", "200"],
    "sweep_faults.py": [],
    "sync_history.py": ["--days", "400", "--outage", "65"],
    "sync_speed.py": [],
    "api_read.py": [],
    "tracking_load.py": [],
    "tracking_kills.py": [],
}
QUICK = {
    "command_time.py": ["--rows", "100000", "--runs", "2"],
    "start_time.py": ["--runs", "1"],
    "metrics_speed.py": ["--rows", "300000", "--runs", "1"],
    "retention_speed.py": ["--posts", "500", "--runs", "1"],
    "retention_events.py": ["--worlds", "7", "--accounts", "2"],
    "rollup_speed.py": ["--posts", "20000", "--runs", "1"],
    "corrections_speed.py": ["--posts", "20000", "--runs", "1"],
    "engine_speed.py": ["--rows", "20000", "--runs", "1"],
    "append_speed.py": ["--runs", "2"],
    "import_speed.py": ["--gb", "0.1"],
    "model_skill.py": [],
    "claims.py": ["--accounts", "20"],
    "sweep_pace.py": ["--accounts", "2"],
    "sweep_speed.py": ["--accounts", "5", "--runs", "1"],
    "sweep_kills.py": ["--kills", "5"],
    "sweep_faults.py": ["--sweeps", "2"],
    "sync_history.py": ["--days", "10"],
    "sync_speed.py": ["--no-limit"],
    "api_read.py": ["--rounds", "2", "--seconds", "1"],
    "tracking_load.py": ["--videos", "20000", "--snapshots", "3500", "--accounts", "10", "--hours", "2"],
    "tracking_kills.py": ["--videos", "40", "--accounts", "4", "--interval", "3"],
}


def main() -> None:
    failed = []
    for script, options in (QUICK if "--quick" in sys.argv else FULL).items():
        print(f"\n== {script} {' '.join(options)}", flush=True)
        if subprocess.run([sys.executable, str(HERE / script), *options], check=False).returncode:
            failed.append(script)
    sys.exit(f"failed: {', '.join(failed)}" if failed else 0)


if __name__ == "__main__":
    main()
