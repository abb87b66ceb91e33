// After signing out: whatever a person's pages kept in this browser goes. The theme may stay.
(function () {
  [window.localStorage, window.sessionStorage].forEach(function (store) {
    try {
      Object.keys(store).forEach(function (key) {
        if (key !== "theme") store.removeItem(key);
      });
    } catch (error) {
      // The browser forbids storage: then nothing was kept.
    }
  });
})();
