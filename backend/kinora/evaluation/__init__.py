"""Measuring a model: scores with intervals, two baselines, and reports for people and programs."""
