"""The whole platform on one machine: real servers, their configuration, their health, their end."""
