from coverage import siting


def test_every_public_name_is_there():
    assert sorted(siting.__all__) == sorted(siting._HOMES)
    for name in siting.__all__:
        assert getattr(siting, name).__module__.startswith("coverage.siting.")
