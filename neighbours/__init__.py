"""The neighbours' step: proposes to merge cases of a regency that are one matter, and lets supporters hear what their main case hears."""
