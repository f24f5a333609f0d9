"""Trains, exports and calibrates the span reader; product code never imports it."""
