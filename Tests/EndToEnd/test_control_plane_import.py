import pytest
from scenario import (
    HEADER, Stack, activate, create_bucket, create_dataset, create_group, create_role, create_schema, error_code,
    error_of, interactions_csv, settle, start_import,
)
from conftest import ACCOUNT, REGION


@pytest.fixture(scope="module")
def place(palate):
    """A dataset to import into again and again."""
    return Stack(palate, "imports")


def imported(palate, place, name, body, key="interactions.csv", role=None, readable=True):
    """The import job of one CSV file, when it has ended."""
    bucket = create_bucket(palate.client("s3"), name, {key: body}, readable)
    job = start_import(place.personalize, name, place.dataset, f"s3://{bucket}/{key}", role or place.role)
    return settle(place.personalize, job)


def test_an_import_passes_through_its_states_and_describes_itself(stack, personalize):
    job = personalize.describe_dataset_import_job(datasetImportJobArn=stack.job)["datasetImportJob"]
    assert stack.job == f"arn:aws:personalize:{REGION}:{ACCOUNT}:dataset-import-job/{job['jobName']}"
    assert job["datasetArn"] == stack.dataset and job["roleArn"] == stack.role
    assert job["dataSource"] == {"dataLocation": stack.location} and job["importMode"] == "FULL"
    assert job["status"] == "ACTIVE" and "failureReason" not in job


def test_a_prefix_imports_every_file_below_it(palate, place, unique):
    lines = interactions_csv().splitlines()
    bucket = create_bucket(palate.client("s3"), unique, {
        "in/a.csv": "\n".join(lines[:900]), "in/b.csv": "\n".join([HEADER, *lines[900:]]), "other.csv": "broken"})
    job = start_import(place.personalize, unique, place.dataset, f"s3://{bucket}/in/", place.role)
    assert settle(place.personalize, job)["status"] == "ACTIVE"


def test_columns_may_come_in_any_order_quoted_and_with_carriage_returns(palate, place, unique):
    rows = [line.split(",") for line in interactions_csv().splitlines()]
    body = "\r\n".join(",".join(f'"{cell}"' for cell in (row[3], row[2], row[1], row[0])) for row in rows)
    assert imported(palate, place, unique, body)["status"] == "ACTIVE"


@pytest.mark.parametrize("broken,words", [
    ("u1,i1,yesterday,watch", ["TIMESTAMP"]),
    ("u1,i1,1700000000", ["interactions.csv"]),
    ("u1,,1700000000,watch", ["ITEM_ID"]),
    (",i1,1700000000,watch", ["USER_ID"]),
    ('u1,"i1,1700000000,watch', ["interactions.csv"]),
])
def test_a_bad_row_fails_the_import_with_file_line_and_column(palate, place, unique, broken, words):
    lines = interactions_csv().splitlines()
    lines[1234] = broken
    job = imported(palate, place, unique, "\n".join(lines))
    assert job["status"] == "CREATE FAILED"
    for word in ["interactions.csv", "1235", *words]:
        assert word in job["failureReason"], job["failureReason"]


def test_a_missing_column_is_named(palate, place, unique):
    body = "\n".join(",".join(line.split(",")[:2]) for line in interactions_csv().splitlines())
    job = imported(palate, place, unique, body)
    assert job["status"] == "CREATE FAILED" and "TIMESTAMP" in job["failureReason"]


@pytest.mark.parametrize("body", ["", HEADER + "\n"])
def test_a_file_without_rows_fails_the_import(palate, place, unique, body):
    name = f"no-rows-{len(body)}"
    job = imported(palate, place, name, body)
    assert job["status"] == "CREATE FAILED" and job["failureReason"]


def test_too_few_interactions_fail_with_the_minimum(palate, place, unique):
    body = "\n".join(interactions_csv().splitlines()[:500])
    job = imported(palate, place, unique, body)
    assert job["status"] == "CREATE FAILED" and "1000" in job["failureReason"].replace(",", "")


def test_an_object_that_is_not_there_fails_the_import(place):
    bucket = place.location.split("/")[2]
    for name, location in [("no-object", f"s3://{bucket}/none.csv"), ("no-bucket", "s3://no-such-bucket-at-all/a.csv")]:
        job = settle(place.personalize, start_import(place.personalize, name, place.dataset, location, place.role))
        assert job["status"] == "CREATE FAILED" and job["failureReason"]


def test_a_bucket_without_a_policy_for_the_service_fails_the_import(palate, place, unique):
    job = imported(palate, place, unique, interactions_csv(), readable=False)
    assert job["status"] == "CREATE FAILED"
    assert unique in job["failureReason"] and "polic" in job["failureReason"].lower()


def test_a_role_that_does_not_exist_fails_the_import(palate, place, unique):
    job = imported(palate, place, unique, interactions_csv(), role=f"arn:aws:iam::{ACCOUNT}:role/nobody")
    assert job["status"] == "CREATE FAILED" and "role/nobody" in job["failureReason"]


def test_a_role_that_trusts_another_service_fails_the_import(palate, place, unique):
    trust = {"Version": "2012-10-17", "Statement": [
        {"Effect": "Allow", "Principal": {"Service": "ec2.amazonaws.com"}, "Action": "sts:AssumeRole"}]}
    role = create_role(palate.client("iam"), unique, trust)
    job = imported(palate, place, unique, interactions_csv(), role=role)
    assert job["status"] == "CREATE FAILED" and "personalize.amazonaws.com" in job["failureReason"]


def test_a_failed_import_leaves_the_data_before_it(palate, unique):
    stack = Stack(palate, unique[:30])
    stack.import_data()
    job = imported(palate, stack, f"{unique}-2", "nonsense")
    assert job["status"] == "CREATE FAILED"
    stack.train("arn:aws:personalize:::recipe/aws-popularity-count")


def test_a_second_job_of_one_name_is_refused(palate, place, unique):
    imported(palate, place, unique, interactions_csv())
    assert error_code(
        place.personalize.create_dataset_import_job, jobName=unique, datasetArn=place.dataset,
        dataSource={"dataLocation": place.location}, roleArn=place.role) == "ResourceAlreadyExistsException"


@pytest.mark.parametrize("change,word", [
    ({"dataSource": {"dataLocation": "ftp://a/b"}}, "dataSource.dataLocation"),
    ({"dataSource": {"dataLocation": "s3://" + "a" * 300}}, "dataSource.dataLocation"),
    ({"importMode": "SIDEWAYS"}, "importMode"), ({"jobName": "a b"}, "jobName"),
])
def test_input_that_breaks_a_constraint_is_refused_and_named(place, change, word):
    arguments = {
        "jobName": "refused", "datasetArn": place.dataset, "dataSource": {"dataLocation": place.location},
        "roleArn": place.role} | change
    code, message = error_of(place.personalize.create_dataset_import_job, **arguments)
    assert code == "InvalidInputException" and f"'{word}'" in message


def test_an_items_dataset_is_imported_by_its_own_schema(palate, place, unique):
    schema = create_schema(place.personalize, unique, {
        "type": "record", "name": "Items", "namespace": "com.amazonaws.personalize.schema", "version": "1.0",
        "fields": [{"name": "ITEM_ID", "type": "string"},
                   {"name": "GENRES", "type": ["null", "string"], "categorical": True}]})
    group = create_group(place.personalize, unique)
    dataset = create_dataset(place.personalize, unique, group, schema, "Items")
    rows = "\n".join(["ITEM_ID,GENRES", *(f"i{item},Drama|Comedy" for item in range(90))])
    bucket = create_bucket(palate.client("s3"), unique, {"items.csv": rows})
    activate(place.personalize, start_import(
        place.personalize, unique, dataset, f"s3://{bucket}/items.csv", place.role))
