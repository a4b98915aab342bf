"""The same job as other tools' users write it: a bare Playwright script, Robot Framework Browser, Selenium."""
