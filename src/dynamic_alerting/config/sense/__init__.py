"""What is legal and cannot be meant: warnings about values, tiers, schedules and files that are not read."""
