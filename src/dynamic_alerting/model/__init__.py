"""What a threshold is: keys, values, schedules and their resolution at an instant.

Pure: nothing in this package reads a file, a clock or a network.
"""
