"""Any order of events, against a brute-force model that scans everything: see machine.py and model.py."""
