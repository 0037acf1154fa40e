"""The command `dnndoctor`: the only room that prints and exits.

Every command imports what it needs when it is called, so that `--help` and errors come at once; none imports TensorFlow.
"""

import sys
from collections.abc import Sequence

import click

from dnndoctor import __version__
from dnndoctor.cli.check import check
from dnndoctor.cli.diagnose import diagnose
from dnndoctor.cli.env import env
from dnndoctor.cli.explain import explain, rules
from dnndoctor.cli.faults import save_traceback
from dnndoctor.cli.init import init
from dnndoctor.cli.schema import schema
from dnndoctor.cli.session import Session
from dnndoctor.cli.show import show
from dnndoctor.cli.streams import abandon_stdout, complain
from dnndoctor.cli.train import train
from dnndoctor.errors import DnnDoctorError, Interrupted

OWN_FAULT = DnnDoctorError.exit_code


@click.group(
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    epilog="Exit codes: 0 nothing at or above --fail-on, 1 findings, 2 wrong use or config, 3 the model or data could not be "
    "built or run, 4 inconclusive where the gate asks for it, 70 a fault of dnndoctor, 130 interrupted, 143 terminated.",
)
@click.version_option(__version__, "-V", "--version", prog_name="dnndoctor", message="%(prog)s %(version)s")
def commands() -> None:
    """Finds out by experiment why a Keras model does not train as it should.

    Begin with `dnndoctor init train.py`, which writes a config, and `dnndoctor diagnose dnndoctor.yaml`. A config names two
    functions of yours: `model: train.py:build_model` and `data: train.py:load_data`.
    """


for command in (init, diagnose, check, train, show, explain, rules, schema, env):
    commands.add_command(command)


def run(arguments: Sequence[str]) -> int:
    """Runs the command.

    Args:
        arguments: After the program's name.

    Returns:
        The exit code.
    """
    session = Session()
    try:
        code = commands.main(list(arguments), prog_name="dnndoctor", standalone_mode=False, obj=session)
        sys.stdout.flush()
    except click.ClickException as error:
        error.show()
        return error.exit_code
    except BrokenPipeError:
        abandon_stdout()
        return 0
    except (KeyboardInterrupt, click.Abort):
        complain("interrupted")
        return 130
    except Interrupted as error:
        complain(str(error))
        return error.signal_exit_code
    except DnnDoctorError as error:
        if error.exit_code == OWN_FAULT:
            complain(f"{error} (a fault of dnndoctor itself; details in {save_traceback(session.folder)})")
        else:
            complain(str(error))
        return error.exit_code
    except Exception as error:  # whatever it is, a person gets one line, and the details go to a file
        where = save_traceback(session.folder)
        complain(f"a fault of dnndoctor itself, please report it: {type(error).__name__}: {error} (details in {where})")
        return OWN_FAULT
    return code if isinstance(code, int) else 0


def main() -> None:
    """The entry of the command `dnndoctor`."""
    sys.exit(run(sys.argv[1:]))
