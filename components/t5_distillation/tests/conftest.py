import pytest

from components.t5_distillation.tests.stages import distilled, taught, tokenised


@pytest.fixture(scope="session", autouse=True)
def one_thread():
    import torch

    usual = torch.get_num_threads(), torch.are_deterministic_algorithms_enabled()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(usual[0])
    torch.use_deterministic_algorithms(usual[1])


@pytest.fixture(scope="session")
def tokens(tmp_path_factory):
    return tokenised(tmp_path_factory.mktemp("tokens"))


@pytest.fixture(scope="session")
def teacher(tokens, tmp_path_factory):
    return taught(tmp_path_factory.mktemp("teacher"), tokens)


@pytest.fixture(scope="session")
def students(tokens, teacher, tmp_path_factory):
    """What the three stages put out, each going on from the one before."""
    folder = tmp_path_factory.mktemp("students")
    found = []
    for number in range(3):
        previous = found[-1] if found else None
        found.append(distilled(folder / str(number), tokens, teacher, previous))
    return found
