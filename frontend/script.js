// Puts the page together: every component is mounted on its part of the page.
"use strict";

mountServer(document.getElementById("server"));
