"""How tests start Apache Spark: for many small questions, each asked once."""

from __future__ import annotations

import os

EVERYTHING_ON_SPARK = bool(os.environ.get("DWELL_SPARK_ALL"))
"""A question takes Spark seconds to minutes: `make spark` asks some, `make torture` all, as Spark runs by default."""

SETTINGS = {"spark.ui.enabled": "false", "spark.sql.ansi.enabled": "true", "spark.sql.shuffle.partitions": "2"}
JAVA_OPTIONS = ""

# Spark compiles a question to Java, and Java compiles that to machine code: for 2,000 rows, most of the time. Most of
# the rest is what its optimizer derives from every column of every step.
if not EVERYTHING_ON_SPARK:
    SETTINGS |= {
        "spark.sql.adaptive.enabled": "false",
        "spark.sql.constraintPropagation.enabled": "false",
        "spark.sql.codegen.factoryMode": "NO_CODEGEN",
        "spark.sql.codegen.wholeStage": "false",
        "spark.sql.shuffle.partitions": "1",
    }
    JAVA_OPTIONS = "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC"
