"""How files in the folder of models end."""

MODEL, VERDICT = ".json", ".abstained"
"""A model; the verdict of a fit that abstained."""
