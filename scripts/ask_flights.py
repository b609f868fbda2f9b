"""Asks the service of manifests/examples/flights/ about two flights: its URL is the argument, ends with 0 if it is sane."""

import json
import sys
import time
import urllib.error
import urllib.request

flights = [
    {"month": 12, "weekday": 4, "hour": 19, "distance": 1400, "carrier": "UA", "origin": "EWR", "dest": "IAH",
     "temp": 40, "dewp": 36, "humid": 86, "wind_speed": 20, "precip": 0.1, "pressure": 1005, "visib": 5},
    {"month": 6, "weekday": 1, "hour": 6, "distance": 1400, "carrier": "UA", "origin": "EWR", "dest": "IAH",
     "temp": 70, "dewp": 50, "humid": 49, "wind_speed": 5, "precip": 0, "pressure": 1020, "visib": 10},
]
names = ["to Houston on a Friday evening in December, rain", "to Houston on a Tuesday morning in June, fair"]


def column(name):
    values = [flight[name] for flight in flights]
    if isinstance(values[0], str):
        kind = {"datatype": "BYTES", "parameters": {"content_type": "str"}}
    else:
        kind = {"datatype": "INT64" if name in {"month", "weekday", "hour", "distance"} else "FP64"}
    return {"name": name, "shape": [len(values), 1], "data": values, **kind}


body = {
    "parameters": {"content_type": "pd"},                # a table, as the model learnt from
    "inputs": [column(name) for name in flights[0]],
    "outputs": [{"name": "predict_proba"}],
}
request = urllib.request.Request(
    f"{sys.argv[1]}/v2/models/late/infer", json.dumps(body).encode(), {"Content-Type": "application/json"})
begin = time.monotonic()
try:
    with urllib.request.urlopen(request, timeout=120) as response:
        answer = json.load(response)
except urllib.error.HTTPError as error:
    sys.exit(f"{request.full_url}: {error.code} {error.read().decode(errors='replace')}")
took = time.monotonic() - begin
probabilities = answer["outputs"][0]["data"][1::2]
for name, probability in zip(names, probabilities):
    print(f"{name}: late with a probability of {probability:.0%}")
print(f"answered by model {answer['model_name']} in {took * 1000:.0f} ms")
if not 0 <= probabilities[1] < probabilities[0] <= 1:
    sys.exit("no: that is not what these data say")
