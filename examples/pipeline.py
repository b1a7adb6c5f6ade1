"""Three trainings with their own learning rates, and a report on all of them, as a dag."""

from pxc.author import (
    component,
    container,
    dag,
    input,
    job,
    operation,
    output,
    resource_requirements,
    this_dag,
)

lr = input(name="lr", type="float")
data = input(name="data", type="str", value="s3://bucket/train")

train = component(
    name="train",
    inputs=[lr, data],
    outputs=[output(name="loss", type="float")],
    run=job(
        container=container(
            image="python:3.12-slim",
            command=["python", "train.py"],
            args=[f"--lr={lr}", f"--data={data}"],
            resources=resource_requirements(requests={"cpu": 1, "memory": "1Gi"}),
        )
    ),
)

trainings = [
    operation(
        name=f"train-{number}",
        component=train,
        params={"lr": rate, "data": this_dag.inputs["data"]},
    )
    for number, rate in enumerate((0.1, 0.01, 0.001))
]

report = operation(
    name="report",
    component=component(
        inputs=[input(name=each.name, type="float") for each in trainings],
        run=job(
            container=container(
                image="python:3.12-slim",
                command=["python", "report.py"],
                args=[f"{{{{ params['{each.name}'].value }}}}" for each in trainings],
                resources=resource_requirements(requests={"cpu": "100m", "memory": "64Mi"}),
            )
        ),
    ),
    params={each.name: each.outputs["loss"] for each in trainings},
)

main = component(
    name="pipeline",
    inputs=[data],
    run=dag(operations=[*trainings, report], concurrency=2),
)
