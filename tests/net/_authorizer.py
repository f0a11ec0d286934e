# SPDX-License-Identifier: MIT
"""An authorizer for the tests: _authorizer.py SOCKET FOLDER. Sessions are accepted, and a call with a called_number
gets the frame socket FOLDER/called_number; peers may not call numbers that begin with 9."""
import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), '../../doc/examples'))
from authorizer import Connection  # noqa: E402 pylint: disable=wrong-import-position


def decide(question, folder):
    number = question['session']['config'].get('called_number', '')
    if number.startswith('9') and question['session']['config'].get('session_type') == 'laoc':
        return {'accept': False, 'reason': 'no line to there'}
    return {'accept': True, **({'session': {'frame_socket': f'{folder}/{number}'}} if number else {})}


path, folder = sys.argv[1:]
questions = Connection(path)
questions.send('AuthorizerRegister', more=True, sessions=True)
while True:
    for asked in questions.receive()['questions']:
        answers = Connection(path)
        answers.send('AuthorizerAnswer', id=asked['id'], **decide(asked, folder))
        answers.receive()
