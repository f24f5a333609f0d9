"""Evaluation: gold question sets, metrics, runs and their reports."""
