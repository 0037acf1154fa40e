"""A closer look at the sample, question by question, with numpy alone; see `evidence/data_scan.py` for what is found."""
