"""The registers of buying as open contracting data: OCDS 1.1.5 with the UK extension, given out and read.

A release is made once, when something is published (`tenders.services.record_release`), and stored as it was. The
feeds give out what is stored; a record merges the releases of one OCID.
"""
