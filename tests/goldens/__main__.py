"""Rewrites all golden reports and takes away those that no example makes any more."""

from tests.goldens import FOLDER, reports

written = dict(reports())
for stale in {*FOLDER.glob("*.txt"), *FOLDER.glob("*.json")} - written.keys():
    stale.unlink()
for path, text in written.items():
    path.write_text(text, encoding="utf-8")
