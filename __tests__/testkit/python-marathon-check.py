"""Drives a Marathon with Debian's python3-marathon, a client that this project did not write.

Takes the base URL, and then for basic authentication a user and a password. Ends with status 0 if everything went
as that client's users expect; else with an exception.
"""

import sys
import time

import marathon
from marathon import MarathonClient, MarathonHttpError, NotFoundError
from marathon.exceptions import ConflictError
from marathon.models import MarathonApp, MarathonHealthCheck


def until(holds, what):
    end = time.monotonic() + 240
    while time.monotonic() < end:
        value = holds()
        if value:
            return value
        time.sleep(0.02)
    raise AssertionError(f"did not come about: {what}")


def refused(status, call, *args, **named):
    try:
        call(*args, **named)
    except MarathonHttpError as error:
        assert error.status_code == status, (error.status_code, status, error)
        assert error.error_message, "an error has a message"
        return error
    raise AssertionError(f"was not refused: {args}")


def main(url, user=None, password=None):
    client = MarathonClient(url, username=user, password=password)
    legacy = client.get_info().version.startswith("1.4")
    modern = client.get_info().version.startswith("1.10")
    assert client.get_info().framework_id
    # It asks for JSON.
    assert client.ping() == b'"pong"'
    assert client.list_apps() == []

    app = MarathonApp(
        cmd="sleep 3600",
        cpus=0.5,
        mem=64,
        instances=2,
        env={"GREETING": "hello"},
        labels={"team": "web"},
        health_checks=[MarathonHealthCheck(protocol="HTTP", path="/health", port_index=0)],
    )
    created = client.create_app("/web/shop", app)
    assert created.id == "/web/shop" and created.deployments[0].id
    assert refused(409, client.create_app, "/web/shop", MarathonApp(cmd="sleep 1")).error_message.endswith(
        "already exists."
    )

    def idle():
        # More than once: before 1.8 a new deployment is listed a moment after it was answered.
        return not any(client.list_deployments() for _ in range(3))

    def healthy(count):
        got = client.get_app("/web/shop", embed_counts=True, embed_deployments=True, embed_tasks=True)
        return got if got.tasks_healthy == count and got.tasks_running == count and not got.deployments else None

    first = until(lambda: idle() and healthy(2), "two healthy tasks")
    assert first.instances == 2 and first.env == {"GREETING": "hello"} and first.mem == 64
    assert all(task.started_at and task.health_check_results[0].alive for task in first.tasks)
    assert {task.id for task in client.list_tasks("/web/shop")} == {task.id for task in first.tasks}
    assert len(client.list_endpoints()) == 2

    scaled = client.scale_app("/web/shop", instances=3)
    assert scaled["deploymentId"] and scaled["version"]
    third = until(lambda: healthy(3), "three healthy tasks")
    assert {task.id for task in first.tasks} < {task.id for task in third.tasks}, "scaling keeps tasks"
    until(idle, "the end of the deployment")

    client.update_app("/web/shop", MarathonApp(cmd="sleep 7200"))
    until(idle, "the end of the second deployment")
    changed = until(lambda: healthy(3), "the new version")
    assert changed.cmd == "sleep 7200" and changed.instances == 3
    assert not {task.id for task in changed.tasks} & {task.id for task in third.tasks}, "a change replaces tasks"
    versions = client.list_versions("/web/shop")
    # Marathon gives them in no order.
    assert len(versions) == 3 and client.get_version("/web/shop", min(versions)).cmd == "sleep 3600"
    client.rollback_app("/web/shop", min(versions))
    until(lambda: client.get_app("/web/shop").cmd == "sleep 3600" and idle() and healthy(2), "the first version again")

    assert [group.id for group in client.get_group("/").groups] == ["/web"]
    assert [one.id for one in client.get_group("/web").apps] == ["/web/shop"]

    waiting = client.create_app("/batch", MarathonApp(cmd="sleep 1", labels={"behaviour": "unplaced"}))
    try:
        queue = until(client.list_queue, "an app in the queue")
        assert queue[0].app.id == "/batch" and queue[0].count == 1
        assert queue[0].processed_offers_summary["rejectSummaryLastOffers"][0]["reason"] == "UnfulfilledRole"
    except TypeError as error:
        # It does not know what items have since Marathon 1.9.
        assert modern and "role" in str(error), error
    refusal = refused(409, client.scale_app, "/batch", instances=4)
    assert isinstance(refusal, ConflictError) and "locked" in refusal.error_message
    running = until(client.list_deployments, "a deployment in the list")
    assert [d.id for d in running] == [waiting.deployments[0].id]
    assert running[0].affected_apps == ["/batch"]
    assert [step.actions[0].action for step in running[0].steps] == ["StartApplication", "ScaleApplication"]
    client.delete_deployment(waiting.deployments[0].id)
    until(lambda: "/batch" not in [one.id for one in client.list_apps()], "the new app is gone again")

    assert isinstance(refused(404, client.get_app, "/no/such"), NotFoundError)
    refused(422, client.create_app, "/nothing", MarathonApp(instances=1))
    details = refused(422, client.create_app, "/both", MarathonApp(cmd="a b", args=["c"])).error_details
    assert details[0]["path"] == "/" and details[0]["errors"], details
    error = refused(422, client.create_app, "/ports", MarathonApp(cmd="a b", port_definitions=[
        {"port": 80, "name": "a"}, {"port": 80, "name": "b"}]))
    assert error.error_details == [{"path": "/portDefinitions", "errors": ["Ports must be unique."]}]
    refused(400 if legacy else 422, client.create_app, "/types", MarathonApp(cmd="a b", cpus="many"))

    client.delete_app("/web/shop")
    until(lambda: client.list_apps() == [], "no apps")
    refused(404, client.delete_app, "/web/shop")
    if user:
        refused(401, MarathonClient(url, username=user, password="wrong").list_apps)
    print("python-marathon is content")


marathon.log.disabled = True
main(*sys.argv[1:])
