// Shows the OpenAPI document of this server.
"use strict";

SwaggerUIBundle({ url: "/openapi.json", dom_id: "#docs", validatorUrl: null });
