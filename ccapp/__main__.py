"""The `ccapp` command."""


def main() -> None:
    from ccapp.cli import app

    app()


if __name__ == "__main__":
    main()
