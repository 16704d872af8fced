"""Commands for people who work on ccapp, and the test bed behind them."""
