"""``python -m bench``: what ``make benchmark`` runs."""

from bench.command import main

if __name__ == "__main__":
    main()
