import pytest
from botocore.config import Config
from scenario import Stack, activate, error_code, wait_until_gone
from conftest import ACCOUNT, REGION, Server

TAGS = [{"tagKey": "stage", "tagValue": "test"}, {"tagKey": "team", "tagValue": "films"}]


def tags_of(personalize, arn):
    return {tag["tagKey"]: tag["tagValue"] for tag in personalize.list_tags_for_resource(resourceArn=arn)["tags"]}


def test_tags_given_at_creation_are_listed_changed_and_removed(personalize, unique):
    arn = personalize.create_dataset_group(name=unique, tags=TAGS)["datasetGroupArn"]
    assert tags_of(personalize, arn) == {"stage": "test", "team": "films"}
    personalize.tag_resource(
        resourceArn=arn, tags=[{"tagKey": "stage", "tagValue": "live"}, {"tagKey": "owner", "tagValue": ""}])
    assert tags_of(personalize, arn) == {"stage": "live", "team": "films", "owner": ""}
    personalize.untag_resource(resourceArn=arn, tagKeys=["team", "absent"])
    assert tags_of(personalize, arn) == {"stage": "live", "owner": ""}


def test_every_taggable_resource_takes_tags(stack, personalize):
    for arn in (stack.group, stack.dataset, stack.job, stack.solution, stack.version, stack.campaign):
        personalize.tag_resource(resourceArn=arn, tags=TAGS)
        assert tags_of(personalize, arn) == {"stage": "test", "team": "films"}, arn
        personalize.untag_resource(resourceArn=arn, tagKeys=["stage", "team"])
        assert tags_of(personalize, arn) == {}


def test_too_many_tags_and_keys_have_their_errors(personalize, unique):
    arn = personalize.create_dataset_group(name=unique)["datasetGroupArn"]
    many = [{"tagKey": f"k{number}", "tagValue": "v"} for number in range(51)]
    assert error_code(personalize.tag_resource, resourceArn=arn, tags=many) == "TooManyTagsException"
    personalize.tag_resource(resourceArn=arn, tags=many[:50])
    assert error_code(personalize.tag_resource, resourceArn=arn, tags=many[50:]) == "TooManyTagsException"
    assert error_code(
        personalize.untag_resource, resourceArn=arn,
        tagKeys=[tag["tagKey"] for tag in many]) == "TooManyTagKeysException"
    assert len(tags_of(personalize, arn)) == 50


@pytest.mark.parametrize("key", ["aws:cost", "AWS:cost", "a" * 129, ""])
def test_a_key_that_cannot_be_is_refused(palate, stack, key):
    personalize = palate.client("personalize", config=Config(parameter_validation=False))
    assert error_code(
        personalize.tag_resource, resourceArn=stack.group,
        tags=[{"tagKey": key, "tagValue": "v"}]) == "InvalidInputException"


def test_what_does_not_exist_or_has_no_tags_is_not_found(stack, personalize):
    for arn in (f"arn:aws:personalize:{REGION}:{ACCOUNT}:campaign/none", stack.schema):
        assert error_code(personalize.list_tags_for_resource, resourceArn=arn) == "ResourceNotFoundException"
        assert error_code(personalize.tag_resource, resourceArn=arn, tags=TAGS) == "ResourceNotFoundException"
        assert error_code(personalize.untag_resource, resourceArn=arn, tagKeys=["a"]) == "ResourceNotFoundException"


def test_tags_survive_a_restart(own_palate):
    personalize = own_palate.client("personalize")
    arn = personalize.create_dataset_group(name="films", tags=TAGS)["datasetGroupArn"]
    own_palate.kill()
    own_palate.start()
    assert tags_of(own_palate.client("personalize"), arn) == {"stage": "test", "team": "films"}


def test_every_recipe_has_an_algorithm_and_a_feature_transformation(personalize):
    for summary in personalize.list_recipes()["recipes"]:
        recipe = personalize.describe_recipe(recipeArn=summary["recipeArn"])["recipe"]
        algorithm = personalize.describe_algorithm(algorithmArn=recipe["algorithmArn"])["algorithm"]
        assert algorithm["algorithmArn"] == recipe["algorithmArn"] and algorithm["name"]
        ranges = algorithm["defaultHyperParameterRanges"]
        names = {entry["name"] for kind in ranges.values() for entry in kind}
        assert names == set(algorithm["defaultHyperParameters"])
        arn = recipe["featureTransformationArn"]
        feature = personalize.describe_feature_transformation(featureTransformationArn=arn)["featureTransformation"]
        assert feature["featureTransformationArn"] == arn and feature["status"] == "ACTIVE"


def test_the_documented_ranges_of_user_personalization(personalize):
    algorithm = personalize.describe_algorithm(
        algorithmArn="arn:aws:personalize:::algorithm/aws-user-personalization")["algorithm"]
    integers = {entry["name"]: entry for entry in algorithm["defaultHyperParameterRanges"]["integerHyperParameterRanges"]}
    assert integers["hidden_dimension"] == {
        "name": "hidden_dimension", "minValue": 32, "maxValue": 256, "isTunable": True}
    assert algorithm["defaultHyperParameters"]["hidden_dimension"] == "149"


def test_quotas_are_set_by_configuration(tmp_path, monkeypatch):
    monkeypatch.setenv("PALATE_QUOTAS_DATASET_GROUPS", "1")
    server = Server(tmp_path / "data").start()
    try:
        personalize = server.client("personalize")
        personalize.create_dataset_group(name="one")
        assert error_code(personalize.create_dataset_group, name="two") == "LimitExceededException"
    finally:
        server.stop()
