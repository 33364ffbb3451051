def pytest_addoption(parser):
    parser.addoption(
        "--variation",
        choices=("mixed_float16", "accumulation", "steps_per_execution"),
        help="how test_keras_features.py compiles all of its models",
    )
