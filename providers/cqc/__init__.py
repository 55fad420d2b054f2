"""Reading the Care Quality Commission's open data and bringing the directory into line with it.

`reading` checks a file whole and keeps its checked rows on disk; `writing` brings them into the tables, set by set;
`differences` puts before officers what an import must not overwrite. `providers.services.cqc` is the door.
"""
