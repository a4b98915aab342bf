"""Signing: relay, agent and token; each room is imported by itself, since the relay must start in an instant."""
