"""Trains a recipe on a Ray cluster, with TRL or verl, and reports to the app: `python -m grpo_studio.ray job.json`, as a job of the cluster."""
