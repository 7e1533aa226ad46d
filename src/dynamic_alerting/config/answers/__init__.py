"""Answers to warnings, written as comments: ``# da: ok DA101 until 2027-01-01, reason``."""
