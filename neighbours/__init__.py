"""The neighbours' step: proposes to merge cases of a regency about one matter, and passes the news of a main case to its supporters."""
