"""Cohorts from spreadsheets: read, plan, decide, write, take back."""
