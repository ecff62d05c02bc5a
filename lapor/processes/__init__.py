"""The composition root: only this package puts real objects together."""
