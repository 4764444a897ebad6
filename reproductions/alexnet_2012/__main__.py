from reproductions.cli import run_room

run_room(__file__)
