"""Makes a restore point of the running boot environment before each transaction: see be-hook-upgrade(7), RESTORE POINTS."""

import logging
import os
import re
import subprocess

import dnf
import dnf.exceptions

PROGRAM = "/usr/lib/be-hook/package-transaction"
CONF = "/etc/be-hook/be-hook.conf"
SETTING = re.compile(r"^\s*package-transactions\s*=\s*(warn|require|restore-point|refuse|ignore)\s*$", re.MULTILINE)
logger = logging.getLogger("dnf.plugin")


class BeHook(dnf.Plugin):
    name = "be-hook"

    def pre_transaction(self):
        # dnf prints any other exception and goes on with the transaction (dnf/plugin.py, _caller).
        try:
            self._ask()
        except dnf.exceptions.Error:
            raise
        except Exception as error:
            said = f"be-hook: cannot make a restore point: {error}"
            if _is_required():
                raise dnf.exceptions.Error(said) from error
            logger.warning("%s; the transaction goes on (package-transactions = warn)", said)

    def _ask(self):
        conf = self.base.conf
        if not self.base.transaction or conf.installroot != "/" or conf.downloadonly or "test" in conf.tsflags:
            return
        # be-hook may have been removed by an earlier transaction of this process.
        if not os.path.exists(PROGRAM):
            return
        asked = subprocess.run(
            [PROGRAM, "dnf4", str(os.getpid())],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            encoding="utf-8",
            errors="replace",
            check=False,
        )
        said = asked.stderr.strip()
        if asked.returncode != 0:
            raise dnf.exceptions.Error(said or f"be-hook: cannot make a restore point (status {asked.returncode})")
        if said:
            logger.warning("%s", said)


def _is_required():
    """Whether a transaction without a restore point must end. PROGRAM decides this itself, unless it cannot be started."""
    try:
        with open(CONF, encoding="utf-8", errors="replace") as conf:
            values = SETTING.findall(conf.read())
    except OSError:
        return False
    return values[-1:] in (["require"], ["restore-point"], ["refuse"])
