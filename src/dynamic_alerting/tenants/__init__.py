"""What a person asks about a tenant: whether its file is right, and why it has this threshold."""
