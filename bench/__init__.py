"""Dateline beside other systems, and at growing sizes: measured, drawn, never imported by the product."""
