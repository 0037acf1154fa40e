"""Sick patients made from healthy parents, one planted fault (or two) at a time."""
