"""The command line, and the only package that puts real objects together (the composition root)."""
