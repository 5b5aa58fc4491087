from eeipu_kfp.cli import console


def test_results_and_progress_go_to_different_streams(capsys):
    console.out.cache_clear()
    console.err.cache_clear()

    console.out().print("result")
    console.err().print("progress")

    printed = capsys.readouterr()
    assert printed.out == "result\n"
    assert printed.err == "progress\n"
    console.out.cache_clear()
    console.err.cache_clear()
